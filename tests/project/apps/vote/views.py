from django.shortcuts import render, get_object_or_404
from django.db.models import F
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import RefreshToken
from .serializers import *


class SignupView(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        serializer = SignupSerializer(data=request.data)
        if serializer.is_valid(raise_exception=False):
            user = serializer.save()
            return Response(UserSerializer(user).data, status=status.HTTP_201_CREATED)
        return Response(serializer.errors, status=status.HTTP_400_BAD_REQUEST)


class LoginView(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        serializer = LoginSerializer(data=request.data)
        if serializer.is_valid():
            user = serializer.validated_data['user']
            token = RefreshToken.for_user(user)
            res = Response({
                'message': '로그인 성공',
                'user': user.id,
                'access_token': str(token.access_token),
            }, status=status.HTTP_200_OK)
            res.set_cookie('refresh_token', str(token), httponly=True)
            return res
        return Response(serializer.errors, status=status.HTTP_401_UNAUTHORIZED)


class UserListView(APIView):
    def get(self, request):
        users = User.objects.all()
        serializer = UserSerializer(users, many=True)
        return Response(serializer.data)


class CandidateListView(APIView):
    def get(self, request, part):
        candidates = Candidate.objects.filter(part=part)
        return Response(CandidateSerializer(candidates, many=True).data)


# 투표 결과
class ResultView(APIView):
    def get(self, request):
        return Response(CandidateSerializer(Candidate.objects.all(), many=True).data)


class VoteView(APIView):
    permission_classes = [IsAuthenticated]

    def post(self, request, pk):
        candidate = get_object_or_404(Candidate, pk=pk)
        member = get_object_or_404(Member, user=request.user)
        if Vote.objects.filter(voter=member).exists():
            return Response({'message': '이미 투표했습니다.'}, status=400)
        Vote.objects.create(voter=member, candidate=candidate)
        Candidate.objects.filter(pk=pk).update(votes=F('votes') + 1)
        return Response({'message': '투표 완료'}, status=201)
